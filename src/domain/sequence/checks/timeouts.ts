import { type Check, warning } from './check';

/** In a sequence for leads every wait for something comes to an end by itself: a lead that nothing happens to must not be forgotten. */
export const checkTimeouts: Check = ({ audience, steps }) =>
  steps.flatMap((step, index) => {
    const waits = step.type === 'waitFor' || (step.type === 'join' && step.wait);
    if (audience !== 'lead' || !waits || step.timeout !== undefined) return [];
    const what = step.type === 'join' ? `the end of ${step.sequence}` : 'an event';
    const message = `step "${step.id}" waits for ${what} without end: a lead may stay in it for ever`;
    const fix = 'add timeout: <duration>, and onTimeout: <step> if it should go elsewhere then';
    return [warning(['steps', index, 'id'], { code: 'VIV_TIMEOUT_MISSING', message, fix })];
  });
