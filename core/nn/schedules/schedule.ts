/**
 * A number that depends on how far training is: a learning rate, a loss weight, a threshold.
 *
 * The argument is the 0-based step, and the value is the one used at that step. Schedules made for
 * epochs take the epoch instead, a fraction of one included; each says which it wants.
 */
export type Schedule = (step: number) => number;

/**
 * A schedule that never changes: ADELLO's, DASO's and CoSSL's learning rate on CIFAR.
 *
 * @param value What it gives at every step.
 */
export function constantSchedule(value: number): Schedule {
  return () => value;
}
