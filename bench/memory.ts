import { readFile } from 'node:fs/promises';

async function kilobytes(file: string, field: string): Promise<number> {
  const text = await readFile(file, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

/** Resident memory of a process in MB; pages shared with others count in full. */
export const residentMb = async (pid: number): Promise<number> =>
  (await kilobytes(`/proc/${pid}/status`, 'VmRSS')) / 1000;

/** Proportional memory of a process in MB: a page shared by n processes counts as 1/n. */
export const proportionalMb = async (pid: number): Promise<number> =>
  (await kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss')) / 1000;
