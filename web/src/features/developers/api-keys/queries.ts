/** Events about one's security concern these keys, too. */
export const KEYS = ['security', 'api-keys']
