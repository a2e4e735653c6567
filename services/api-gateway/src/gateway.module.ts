import { Module } from '@nestjs/common';
import { TokenService } from './auth/token.service';
import { Edge } from './edge.service';
import { HttpServer } from './http/http-server';
import { ResourceHandlers } from './resource/resource.handlers';
import { WeftHandlers } from './weft/weft.handlers';

/** The HTTP edge. It stands on the kit's messaging and health and has no state but the cache of tokens. */
@Module({ providers: [TokenService, ResourceHandlers, WeftHandlers, Edge, HttpServer] })
export class GatewayModule {}
