/** W3C trace context. */
export const TRACEPARENT = 'traceparent';
/** Milliseconds since the epoch after which the requester no longer waits. */
export const DEADLINE = 'Weft-Deadline';
/** Marks a reply whose body is an `ErrorReply`. */
export const ERROR = 'Weft-Error';
/** Marks a sign of work: an empty message in place of a reply, which the requester keeps waiting for. */
export const WORKING = 'Weft-Working';
