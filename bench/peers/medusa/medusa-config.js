// Medusa as its starter has it, without the admin's pages: one process, cache, events and locks in
// memory.
const { defineConfig } = require('@medusajs/framework/utils')

const { PEER_DB, PEER_DB_HOST, PEER_DB_PORT, PEER_DB_USER } = process.env

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: `postgres://${PEER_DB_USER}@${PEER_DB_HOST}:${PEER_DB_PORT}/${PEER_DB}`,
    databaseDriverOptions: { ssl: false },
    http: {
      storeCors: 'http://localhost',
      adminCors: 'http://localhost',
      authCors: 'http://localhost',
      jwtSecret: 'of a benchmark',
      cookieSecret: 'of a benchmark',
    },
  },
  admin: { disable: true },
})
