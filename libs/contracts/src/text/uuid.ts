const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/** 36 characters with dashes or 32 without, in either case. */
export const isUuidLike = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
