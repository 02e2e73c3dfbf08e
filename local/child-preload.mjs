// Loaded before a function's own code on one machine: ends the function when whoever started it is gone (even by
// kill -9), and lets a test move its clock. The function itself knows nothing of it.
const RealDate = Date;
let offset = 0;

if (process.send !== undefined) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    if (typeof message?.clockOffset === 'number') offset = message.clockOffset;
    process.send?.({ clockOffset: offset });
  });
}

if (process.env.LETHE_LOCAL_CLOCK === '1') {
  const now = () => RealDate.now() + offset;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args) => (args.length === 0 ? new target(now()) : new target(...args)),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
