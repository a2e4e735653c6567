export { brokerSettings } from './broker-settings';
export { connectMessaging, type MessagingOptions } from './connection';
export { type Inbound, type InboundRequest, observeRequest, toApiError } from './inbound';
export { Messaging, type Handler, type RequestOptions, type Responder } from './messaging';
export { EVENTS_STREAM, ensureStreams } from './streams';
export { FactBucket, FACT_SUBJECT, type FactEntry, type StoredFact } from './fact-bucket';
