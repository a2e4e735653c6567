import { Controller, Get, HttpCode, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Open } from '../http/caller';
import { baseUrlOf } from '../http/http-setup';

/** Which versions there are: clients begin here, with or without `/v3` in their URL. */
@Open()
@Controller()
export class DiscoveryController {
  @Get()
  @HttpCode(300)
  all(@Req() request: FastifyRequest): object {
    return { versions: { values: [version(request)] } };
  }

  @Get('v3')
  v3(@Req() request: FastifyRequest): object {
    return { version: version(request) };
  }
}

const version = (request: FastifyRequest): object => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${baseUrlOf(request)}/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});
