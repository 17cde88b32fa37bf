/** What the answer to a request without a credential says about whether strangers are served. */

/**
 * 401, 403 and 407 are refusals; anything else below 500 reached the application behind the port.
 *
 * @param status of HTTP; undefined where no HTTP answer came
 */
export function strangerIsAnswered(status: number | undefined): 'yes' | 'no' | 'unknown' {
  if (status === undefined) return 'unknown';
  if (status === 401 || status === 403 || status === 407) return 'no';
  return status < 500 ? 'yes' : 'unknown';
}
