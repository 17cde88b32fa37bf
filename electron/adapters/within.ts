/**
 * A signal that fires after a time, or with another signal. `AbortSignal.any` holds its sources weakly: a timeout that nothing
 * else holds is collected as garbage and never fires (seen on Node 20.20), and who waits for it waits for the system's own
 * patience, two minutes for a port that is filtered.
 *
 * @param milliseconds until it fires
 * @param other fires it earlier
 */
export function within(milliseconds: number, other?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  if (other?.aborted === true) {
    controller.abort(other.reason);
    return controller.signal;
  }
  const onOther = () => {
    clearTimeout(timer);
    controller.abort(other?.reason);
  };
  // The list of running timers holds this, and with it the controller; it keeps no program from ending.
  const timer = setTimeout(() => {
    other?.removeEventListener('abort', onOther);
    controller.abort(new DOMException('The time is over.', 'TimeoutError'));
  }, milliseconds);
  timer.unref();
  other?.addEventListener('abort', onOther, { once: true });
  return controller.signal;
}
