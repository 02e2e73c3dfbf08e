/** Randomness that is the same everywhere and every time: a keyed hash, and a generator that begins at one. */

/** 32 bits from a key of small integers: equal keys, equal bits. murmur3's mixing. */
export function hash(...key: readonly number[]): number {
  let h = 0x9747b28c;
  for (const part of key) {
    let k = Math.imul(part, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** sfc32: fast, and it passes PractRand. Not for secrets. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...key: readonly number[]) {
    this.#a = hash(...key, 1);
    this.#b = hash(...key, 2);
    this.#c = hash(...key, 3);
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** 0 to 2^32 - 1. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 to 1, without 1. */
  fraction(): number {
    return this.bits() / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  isOneIn(bound: number): boolean {
    return this.fraction() * bound < 1;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  uuid(): string {
    return formatUuid(this.bits(), this.bits(), this.bits(), this.bits());
  }
}

const HEX = Array.from({ length: 0x1_0000 }, (_, value) => value.toString(16).padStart(4, '0'));

export function hex32(bits: number): string {
  return `${HEX[bits >>> 16]}${HEX[bits & 0xffff]}`;
}

/** A version 4 UUID of the given bits. */
export function formatUuid(a: number, b: number, c: number, d: number): string {
  const version = HEX[(b & 0x0fff) | 0x4000];
  const variant = HEX[((c >>> 16) & 0x3fff) | 0x8000];
  return `${hex32(a)}-${HEX[b >>> 16]}-${version}-${variant}-${HEX[c & 0xffff]}${hex32(d)}`;
}
