/** One contract, two backends. Google's emulator is slower to start than to answer: each describe starts its own. */

import type { Backend } from './backend.ts';
import { findEmulator } from './emulator-backend.ts';
import { describePull } from './pull-suite.ts';
import { describePush } from './push-suite.ts';
import { standIn } from './stand-in-backend.ts';
import { describeSubscriptions } from './subscriptions-suite.ts';
import { describeTopics } from './topics-suite.ts';

function describeContract(backend: Backend): void {
  describeTopics(backend);
  describeSubscriptions(backend);
  describePull(backend);
  describePush(backend);
}

describeContract(standIn);

const emulator = findEmulator();
if (typeof emulator === 'string')
  describe.skip(`Google's own emulator: ${emulator}`, () => {
    test('the same contract', () => {});
  });
else describeContract(emulator);
