const known = new Map<string, boolean>();

/** True for a time zone of the IANA database, such as `Europe/Berlin`; offsets such as `+01:00` are none. */
export function isZone(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = /^[A-Za-z]/.test(name) && canFormat(name);
    if (known.size < 1_000) known.set(name, answer);
  }
  return answer;
}

function canFormat(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
