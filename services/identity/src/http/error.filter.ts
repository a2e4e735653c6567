import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ApiError } from '@weft/contracts';
import { logger } from '@weft/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdentitySettings } from '../identity.settings';

const log = logger('http');

/** A request, and why it was refused. */
export type FailedRequest = FastifyRequest & { failure?: ApiError };

/** Every failure in Identity's form; what is no failure of the client is logged and not told. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly settings: IdentitySettings) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FailedRequest>();
    const failure = failureOf(error);
    const { type, status, message } = failure;
    request.failure = failure;
    if (status >= 500) {
      const { method, url } = request;
      log.error({ err: error, method, path: url.split('?', 1)[0] }, 'request failed');
    }
    if (status === 401) reply.header('www-authenticate', `Keystone uri="${this.settings.publicUrl}"`);
    void reply.code(status).send({ error: { code: status, title: type, message } });
  }
}

function failureOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const [status, message] = told(error);
  return new ApiError(STATUS_CODES[status] ?? 'Error', status, message);
}

function told(error: unknown): [status: number, message: string] {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  if (status === 404) return [status, 'The resource could not be found.'];
  if (status !== undefined && status >= 400 && status < 500) return [status, (error as Error).message];
  return [500, 'An unexpected error prevented the server from fulfilling your request.'];
}
