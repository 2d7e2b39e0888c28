import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { zoneOffsetMs } from '../../../src/domain/calendar/zone-offset';
import { DAY, HOUR, MONDAY } from '../../support/builders';

const zone = fc.constantFrom(
  'America/Sao_Paulo',
  'Europe/Lisbon',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
);
/** Some near each other, so that days are remembered, and near a change of the clocks in Lisbon, New York or Lord Howe. */
const at = fc.oneof(
  fc.integer({ min: MONDAY - 9000 * DAY, max: MONDAY + 3000 * DAY }),
  fc.integer({ min: MONDAY + 75 * DAY, max: MONDAY + 95 * DAY }),
  fc.integer({ min: Date.UTC(2026, 2, 29) - 3 * HOUR, max: Date.UTC(2026, 2, 29) + 3 * HOUR }),
);

test('what is remembered of a zone is what the zone says, in whichever order days are asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(zone, at), { minLength: 1, maxLength: 200 }), (asked) => {
      for (const [name, instant] of asked)
        expect(zoneOffsetMs(name, instant)).toBe(IANAZone.create(name).offset(instant) * 60_000);
    }),
  );
});

test('a zone that nobody knows has no offset', () => {
  expect(zoneOffsetMs('Mars/Olympus', MONDAY)).toBeNaN();
});
