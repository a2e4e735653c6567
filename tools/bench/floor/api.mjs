// The floor's edge: parse a body, ask over NATS, answer.
import Fastify from 'fastify';
import { connect } from 'nats';

const connection = await connect({ servers: process.env.NATS_URL });
const server = Fastify();
server.post('/ports', async (request, reply) => {
  const answer = await connection.request('floor.ports', JSON.stringify(request.body), { timeout: 10_000 });
  reply.code(201).header('content-type', 'application/json');
  return Buffer.from(answer.data);
});
await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log('ready');
