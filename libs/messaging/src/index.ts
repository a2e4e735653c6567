export { brokerSettings } from './broker-settings';
export { connectMessaging, type MessagingOptions } from './connection';
export { Messaging, type Handler, type Inbound, type RequestOptions, type Responder } from './messaging';
export { EVENTS_STREAM, ensureStreams } from './streams';
export { FactBucket, FACT_SUBJECT, type FactEntry, type StoredFact } from './fact-bucket';
