/**
 * Who uses the demo's shop. A person or device is computed from its number whenever it is needed, so that a population
 * of millions takes no memory. A person has one to three devices; some devices have two users.
 */
import { JANE, LOOK_ALIKES } from './look-alikes.ts';
import { formatUuid, hash, hex32, type Random } from './random.ts';
import { CITIES, type City, MODELS, type Model, PLANS } from './world.ts';

const FIRST_NAMES =
  'Alva Bruno Chiara Dmitri Edith Farid Greta Hugo Inés Jonas Kaya Léa Mira Noor Otto Priya'.split(' ');
const LAST_NAMES =
  'Ahlberg Brandt Costa Dubois Eriksen Fischer Gómez Haddad Ito Jansen Kowalska Łuczak Moreau Öz'.split(' ');
const DEVICES_PER_PERSON = 3;
/** Anonymous visitors, as a multiple of the people who have an account. */
const VISITORS_PER_PERSON = 2;
/** How flat the head of the distribution is: the heaviest user has about one percent of the rows. */
const ZIPF_SHIFT = 20;
const PRIME = 2_147_483_647;
const PRIMITIVE_ROOT = 48_271;
const EPOCH_SECONDS = 1_690_000_000;
const YEAR_SECONDS = 31_536_000;

/** Keeps the hashes for different purposes apart. */
const DEVICE = 1;
const PERSON = 2;

export interface Device {
  deviceId: string;
  pseudoId: string;
  domainUserId: string;
  networkUserId: string;
  model: Model;
  isApp: boolean;
  firstSeenSeconds: number;
}

export interface Person {
  userId: string;
  name: string;
  email: string;
  plan: (typeof PLANS)[number];
  city: City;
}

export class Population {
  readonly size: number;
  readonly seed: number;

  constructor(size: number, seed: number) {
    this.size = size;
    this.seed = seed;
  }

  /** Person 0 is Jane, person 1 shares a tablet with her, the last ones have ids that look like hers. */
  userId(person: number): string {
    if (person === 0) return JANE;
    if (person === 1) return 'joe-0815';
    const lookAlike = this.#lookAlike(person);
    if (lookAlike) return lookAlike.userId;
    return `u-${((person * PRIMITIVE_ROOT) % PRIME).toString(36)}`;
  }

  person(person: number): Person {
    const bits = hash(this.seed, PERSON, person);
    const first = FIRST_NAMES[bits % FIRST_NAMES.length] as string;
    const last = LAST_NAMES[(bits >>> 8) % LAST_NAMES.length] as string;
    return {
      userId: this.userId(person),
      name: person === 0 ? 'Jane Doe' : `${first} ${last}`,
      email: person === 0 ? 'jane.doe@example.com' : `${first}.${person}@example.com`.toLowerCase(),
      plan: PLANS[(bits >>> 16) % PLANS.length] as Person['plan'],
      city: CITIES[(bits >>> 20) % CITIES.length] as City,
    };
  }

  deviceCount(person: number): number {
    return person === 0 ? DEVICES_PER_PERSON : 1 + (hash(this.seed, PERSON, person) % DEVICES_PER_PERSON);
  }

  /** Numbers of the devices of a person. The last of several may be the neighbour's. */
  deviceNumber(person: number, nth: number): number {
    if (person === 1 && nth === 0) return DEVICES_PER_PERSON - 1;
    const isShared = nth > 0 && nth === this.deviceCount(person) - 1 && person % 12 === 5;
    return isShared ? (person - 1) * DEVICES_PER_PERSON : person * DEVICES_PER_PERSON + nth;
  }

  device(number: number): Device {
    const lookAlike =
      number % DEVICES_PER_PERSON === 0 ? this.#lookAlike(number / DEVICES_PER_PERSON) : undefined;
    if (lookAlike?.twist === undefined) return makeDevice(this.seed, number);
    const { twist } = lookAlike;
    const hers = makeDevice(this.seed, 0);
    return {
      ...hers,
      deviceId: twist(hers.deviceId),
      pseudoId: twist(hers.pseudoId),
      domainUserId: twist(hers.domainUserId),
      networkUserId: twist(hers.networkUserId),
    };
  }

  /** Of a device that two people use the first: who logged in first is whose Mixpanel takes it to be. */
  isFirstUser(person: number, nth: number): boolean {
    return this.deviceNumber(person, nth) === person * DEVICES_PER_PERSON + nth;
  }

  /** Few people do much, most do little. */
  drawPerson(random: Random): number {
    const ratio = (this.size + ZIPF_SHIFT) / ZIPF_SHIFT;
    return Math.floor(ZIPF_SHIFT * ratio ** random.fraction()) - ZIPF_SHIFT;
  }

  drawDeviceOf(person: number, random: Random): number {
    return this.deviceNumber(person, random.below(this.deviceCount(person)));
  }

  /** A device that nobody has logged in from. */
  drawVisitorDevice(random: Random): number {
    return this.size * DEVICES_PER_PERSON + random.below(this.size * VISITORS_PER_PERSON);
  }

  #lookAlike(person: number) {
    const first = this.size - LOOK_ALIKES.length;
    return person < this.size ? LOOK_ALIKES[person - first] : undefined;
  }
}

function makeDevice(seed: number, number: number): Device {
  const a = hash(seed, DEVICE, number, 1);
  const b = hash(seed, DEVICE, number, 2);
  const c = hash(seed, DEVICE, number, 3);
  const d = hash(seed, DEVICE, number, 4);
  // Jane's are the first models of the list.
  const model = MODELS[number < DEVICES_PER_PERSON ? number : a % MODELS.length] as Model;
  const isApp = model.category !== 'desktop' && b % 2 === 0;
  const firstSeenSeconds = EPOCH_SECONDS + (c % YEAR_SECONDS);
  return {
    deviceId: formatUuid(a, b, c, d),
    // Firebase's instance id in an app; in a browser, the _ga cookie's: a random number and when it was first seen.
    pseudoId: isApp
      ? hex32(a) + hex32(d) + hex32(c) + hex32(b)
      : `${1_000_000_000 + (d % 1_147_483_647)}.${firstSeenSeconds}`,
    domainUserId: formatUuid(b, d, a, c),
    networkUserId: formatUuid(d, c, b, a),
    model,
    isApp,
    firstSeenSeconds,
  };
}
