/** After the integration tier: what its set-up started. */
export default () => globalThis.stopTestPostgres?.();
