/**
 * The agenda: `agenda/{location}/{day}/{errand}/{tenant}/{request}`, one object for each thing that is to be done from a day on.
 * Sorted by day, so that a tick lists what is due and stops. The content names the batch that has taken the entry up.
 */
import { type AgendaEntry, dayOf, type Errand } from '../domain/agenda.ts';
import type { ObjectStore } from '../ports.ts';

export interface StandingEntry extends AgendaEntry {
  generation: string;
}

const prefixOf = (location: string) => `agenda/${location}/`;
const nameOf = ({ location, day, errand, tenant, id }: AgendaEntry) =>
  `${prefixOf(location)}${day}/${errand}/${tenant}/${id}`;

/** Writing it again is no error. */
export async function putOnAgenda(store: ObjectStore, entry: AgendaEntry): Promise<void> {
  await store.create(nameOf(entry), '');
}

export async function dueEntries(
  store: ObjectStore,
  location: string,
  now: number,
): Promise<StandingEntry[]> {
  const today = dayOf(now);
  const due: StandingEntry[] = [];
  for await (const { name, generation } of store.list(prefixOf(location))) {
    const [, , day = '', errand, tenant, id] = name.split('/');
    if (day > today) break;
    if (tenant === undefined || id === undefined) continue;
    due.push({ location, day, errand: errand as Errand, tenant, id, generation });
  }
  return due;
}

/** The batch that has taken the entry up; undefined: none yet. */
export async function batchOf(store: ObjectStore, entry: AgendaEntry): Promise<string | undefined> {
  return (await store.read(nameOf(entry)))?.body || undefined;
}

/** @returns whether it was still free */
export async function takeUp(store: ObjectStore, entry: StandingEntry, batch: string): Promise<boolean> {
  return (await store.replace(nameOf(entry), batch, entry.generation)) !== undefined;
}

export async function strike(store: ObjectStore, entry: AgendaEntry): Promise<void> {
  await store.remove(nameOf(entry));
}

export async function isOnAgenda(store: ObjectStore, entry: AgendaEntry): Promise<boolean> {
  return (await store.head(nameOf(entry))) !== undefined;
}
