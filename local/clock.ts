/** The time in milliseconds since the epoch. Every stand-in takes one, so that tests move time instead of waiting. */
export type Clock = () => number;
