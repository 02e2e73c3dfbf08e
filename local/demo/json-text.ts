/** The inside of the object, to be written into another one: what is the same on many rows becomes text once. */
export function innerText(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}
