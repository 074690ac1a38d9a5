// A single-page service made of oidc-client-ts alone. `service` is what the test speaks to.
const base = location.origin
const told = (words) => { document.getElementById('told').textContent = words }
const options = Object.fromEntries(new URLSearchParams(localStorage.getItem('settings') ?? ''))
const { UserManager, WebStorageStateStore } = oidc
const manager = new UserManager({
  authority: options.issuer,
  client_id: options.client_id,
  redirect_uri: `${base}/callback`,
  silent_redirect_uri: `${base}/silent`,
  post_logout_redirect_uri: `${base}/out`,
  scope: options.scope,
  loadUserInfo: true,
  automaticSilentRenew: false,
  monitorSession: true,
  checkSessionIntervalInSeconds: 1,
  userStore: new WebStorageStateStore({ store: localStorage }),
})
const lines = []
manager.events.addUserSignedOut(() => { lines.push('signed out elsewhere') })
window.service = { manager, lines, user: async () => (await manager.getUser())?.profile }

addEventListener('DOMContentLoaded', async () => {
  try {
    if (location.pathname === '/callback') {
      const user = await manager.signinCallback()
      told(`signed in: ${user.profile.name}`)
    } else if (location.pathname === '/silent') {
      await manager.signinSilentCallback()
    } else if (location.pathname === '/out') {
      await manager.signoutCallback()
      told('signed out')
    } else {
      told('here')
    }
  } catch (fault) {
    told(`fault: ${fault.message}`)
  }
})
