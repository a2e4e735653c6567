import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { TokenService, type LiveToken } from '../auth/token.service';
import { forbidden, unauthorized } from './identity-error';

const OPEN = 'weft.open';
const ADMIN = 'weft.admin';

/** Needs no token. */
export const Open = () => SetMetadata(OPEN, true);
/** For administrators only; `action` names it in the refusal. */
export const AdminOnly = (action: string) => SetMetadata(ADMIN, action);

type WithCaller = FastifyRequest & { caller?: LiveToken };

/** The token by which the request was made. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): LiveToken => {
  return context.switchToHttp().getRequest<WithCaller>().caller!;
});

export const isAdmin = (token: LiveToken): boolean => token.roles.some(({ name }) => name === 'admin');

/** @throws Forbidden unless it is about the caller himself, or he is an administrator */
export function requireSelfOrAdmin(token: LiveToken, userId: string, action: string): void {
  if (token.user.id !== userId && !isAdmin(token)) throw forbidden(action);
}

/** Who asks: by X-Auth-Token, before anything else is looked at. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const told = <T>(key: string) =>
      this.reflector.getAllAndOverride<T>(key, [context.getHandler(), context.getClass()]);
    if (told<boolean>(OPEN)) return true;
    const request = context.switchToHttp().getRequest<WithCaller>();
    const token = request.headers['x-auth-token'];
    const live = typeof token === 'string' ? await this.tokens.read(token) : null;
    if (!live) throw unauthorized();
    // Also of whom it is refused.
    request.caller = live;
    const action = told<string>(ADMIN);
    if (action !== undefined && !isAdmin(live)) throw forbidden(action);
    return true;
  }
}
