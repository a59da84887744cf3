import { readFileSync } from 'node:fs';

/** What a process took so far: CPU seconds, user and system, and the most memory that it held at once. */
export interface ProcessCost {
  readonly cpu: number;
  readonly peakMegabytes: number;
}

// The unit of /proc/PID/stat, the same on every Linux that Node runs on.
const TICKS_A_SECOND = 100;

/** Undefined where the system has no /proc, or no such process. */
export function processCost(pid: number): ProcessCost | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpu: ticks / TICKS_A_SECOND, peakMegabytes: Number(peak) / 1_024 };
  } catch {
    return undefined;
  }
}
