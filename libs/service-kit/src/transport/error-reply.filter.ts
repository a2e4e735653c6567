import { type ArgumentsHost, Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import type { ApiError } from '@weft/contracts';
import { toApiError } from '@weft/messaging';
import { InvalidMessage, logInvalid } from './invalid-message';
import type { NatsContext } from './nats-context';

/** Whatever a handler throws becomes the contract's error reply; a defect's cause stays here. */
@Catch()
export class ErrorReplyFilter implements RpcExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): Observable<never> {
    if (exception instanceof InvalidMessage)
      logInvalid(host.switchToRpc().getContext<NatsContext>().message, exception);
    return throwError((): ApiError => toApiError(exception));
  }
}
