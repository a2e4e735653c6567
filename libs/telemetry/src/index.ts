export { runProcess } from './process';
export { startTelemetry, type Telemetry } from './setup';
export { currentTraceparent, span, withParent, type SpanOptions } from './trace';
export { RotatingLog } from './rotating-log';
export { withoutSecrets } from './secrets';
export { logger, type Logger } from './log';
export { instruments, type Instruments } from './metrics';
