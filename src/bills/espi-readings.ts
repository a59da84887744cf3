import { ChannelError } from '../emissions/index.ts';
import { qualityFlags } from './espi-codes.ts';
import { numberOf } from './espi-names.ts';
import { epochSeconds, wholeNumber } from './espi-values.ts';
import { type IntervalSums, NEGATIVE, UNQUALIFIED } from './interval-sums.ts';

const MAX_PARTS = 254;

/** The readings of an IntervalBlock, as their elements close. One reading at a time; nothing of it is kept but its sum. */
export class BlockReadings {
  readonly #parts = new Map<string, number>();
  #sums: IntervalSums | undefined;
  #block = 0;
  #open = false;
  #start = Number.NaN;
  #duration = Number.NaN;
  #value = Number.NaN;
  #blank = false;
  #flags = UNQUALIFIED;
  #part = '';

  /** The readings that follow go into `sums`; `block` is the block's position in the file, for messages. */
  begin(sums: IntervalSums, block: number): void {
    this.#sums = sums;
    this.#block = block;
    this.#open = false;
  }

  openReading(): void {
    if (this.#open) throw this.#fault('a reading stands in a reading');
    this.#open = true;
    this.#start = Number.NaN;
    this.#duration = Number.NaN;
    this.#value = Number.NaN;
    this.#blank = false;
    this.#flags = UNQUALIFIED;
    this.#part = '';
  }

  /** An element of the reading closes: its name, that of the element around it, and its text. */
  close(name: number, around: number, text: string): void {
    if (!this.#open) return;
    switch (name) {
      case numberOf.value:
        if (around === numberOf.IntervalReading) this.#setValue(text);
        break;
      case numberOf.start:
        if (around === numberOf.timePeriod) this.#start = this.#once(this.#start, epochSeconds(text));
        break;
      case numberOf.duration:
        if (around === numberOf.timePeriod) this.#duration = this.#once(this.#duration, durationOf(text));
        break;
      case numberOf.quality:
        this.#flags = (this.#flags & ~UNQUALIFIED) | qualityFlags(text.trim());
        break;
      case numberOf.tou:
      case numberOf.consumptionTier:
      case numberOf.cpp:
        this.#addPart(name, text.trim());
        break;
      case numberOf.IntervalReading:
        this.#add();
        break;
    }
  }

  /** A reading without a value is a gap, never a zero. */
  #setValue(text: string): void {
    const value = wholeNumber(text);
    if (this.#blank || !Number.isNaN(this.#value)) throw this.#fault('a reading states its value twice');
    if (value !== undefined) this.#value = value;
    else if (text.trim() === '') this.#blank = true;
    else throw this.#fault('the value of a reading is not a whole number');
  }

  #once(before: number, found: number | undefined): number {
    if (found === undefined) {
      throw this.#fault('the time of a reading is not a number of seconds between 1990 and 2200');
    }
    if (!Number.isNaN(before)) throw this.#fault('a reading states its time twice');
    return found;
  }

  #addPart(name: number, text: string): void {
    if (text !== '' && text !== '0') this.#part += ` ${name} ${text.slice(0, 10)}`;
  }

  #add(): void {
    this.#open = false;
    if (Number.isNaN(this.#value)) return;
    if (Number.isNaN(this.#start) || Number.isNaN(this.#duration)) {
      throw this.#fault('a reading has no start or no duration');
    }
    const flags = this.#value < 0 ? this.#flags | NEGATIVE : this.#flags;
    this.#sums?.addNumber(this.#start, this.#duration, this.#value, flags, this.#partNumber());
  }

  /** A number for the time of use, tier and critical peak that a reading belongs to; 0 where it names none. */
  #partNumber(): number {
    if (this.#part === '') return 0;
    let number = this.#parts.get(this.#part);
    if (number === undefined) {
      if (this.#parts.size === MAX_PARTS)
        throw this.#fault(`readings name more than ${MAX_PARTS} tiers or times of use`);
      number = this.#parts.size + 1;
      this.#parts.set(this.#part, number);
    }
    return number;
  }

  #fault(message: string): ChannelError {
    return new ChannelError('FILE_MALFORMED', message, { where: `IntervalBlock ${this.#block}` });
  }
}

function durationOf(text: string): number | undefined {
  const seconds = wholeNumber(text);
  return seconds === undefined || seconds < 0 || seconds >= 1e9 ? undefined : seconds;
}
