import { applyDecorators, Controller, UseFilters } from '@nestjs/common';
import { ErrorReplyFilter } from './error-reply.filter';

/**
 * A controller whose handlers take messages. The filter is the controller's own, not the application's: a service with HTTP has
 * another one there.
 */
export const MessageController = (): ClassDecorator => applyDecorators(Controller(), UseFilters(ErrorReplyFilter));
