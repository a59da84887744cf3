import { ChannelError, isChannelError } from '../emissions/index.ts';

export type Read = <T>(part: () => T) => T;

/** Reads the parts of a row and keeps their faults, so that a person is told of all of them at once. */
export function faultsOf(row: number): { readonly read: Read; readonly end: () => void } {
  const faults: ChannelError[] = [];
  return {
    read: <T>(part: () => T): T => {
      try {
        return part();
      } catch (error) {
        if (!isChannelError(error)) throw error;
        if (!faults.includes(error)) faults.push(error);
        // Never used: `end` throws.
        return undefined as T;
      }
    },
    end: () => {
      const [first, ...others] = faults;
      if (first === undefined) return;
      if (others.length === 0) throw first;
      const columns = faults.map(({ details }) => (details.where ?? '').replace(/^.* column /, ''));
      throw new ChannelError(first.code, faults.map(({ message }) => message).join('; '), {
        where: `row ${row}, columns ${columns.join(', ')}`,
        fix: faults.map(({ fix }, at) => `${columns[at]}: ${fix}`).join(' '),
      });
    },
  };
}
