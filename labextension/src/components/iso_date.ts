/** The day in UTC, as everywhere in the product. */
export function isoDate(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The time of day in UTC, and that it is UTC. */
export function utcMinute(instant: Date): string {
  return `${instant.toISOString().slice(11, 16)} UTC`;
}
