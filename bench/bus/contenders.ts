import type { Contender } from './contender.ts';

/** Loaded only when it is used, so that a worker is made of nothing but its own client. */
const LOADERS = {
  ours: async () => (await import('./ours.ts')).ours,
  ours_inbox: async () => (await import('./ours.ts')).oursInbox,
  streams: async () => (await import('./streams.ts')).streams,
  bullmq: async () => (await import('./bullmq.ts')).bullmq,
  nats: async () => (await import('./nats.ts')).nats,
  rabbit: async () => (await import('./rabbit.ts')).rabbit,
} satisfies Readonly<Record<string, () => Promise<Contender>>>;

export type ContenderName = keyof typeof LOADERS;

export const loadContender = (name: ContenderName): Promise<Contender> => LOADERS[name]();
