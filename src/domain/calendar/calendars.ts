/** Business calendars, by name; and the zone of the company. */
export interface Calendars {
  /** IANA zone of the company. */
  readonly zone: string;
}
