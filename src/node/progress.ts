/** Told to a person who waits: what is being done and how far it is; `total` undefined where it cannot be known. */
export type Progress = (step: { readonly what: string; readonly done: number; readonly total?: number }) => void;
