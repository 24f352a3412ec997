"""Reads IdP metadata and a private key (files), then base64 messages, one per line; prints what
lasso says to each: a number, 0 for accepted."""
import sys

import lasso

SP = """<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'
 entityID='https://roster.example/saml/c1/metadata'><SPSSODescriptor
 protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><AssertionConsumerService
 index='0' Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
 Location='https://roster.example/saml/c1/acs'/></SPSSODescriptor></EntityDescriptor>"""


def verdict(server, message):
    login = lasso.Login(server)
    try:
        login.processAuthnResponseMsg(message)
        login.acceptSso()
        return 0
    except lasso.Error as error:
        return error[0] if isinstance(error, tuple) else error.code


def main():
    server = lasso.Server.newFromBuffers(SP, None, None, None)
    server.addProviderFromBuffer(lasso.PROVIDER_ROLE_IDP, open(sys.argv[1]).read(), None, None)
    server.setEncryptionPrivateKey(open(sys.argv[2]).read())
    for line in sys.stdin:
        print(verdict(server, line.strip()))


if __name__ == "__main__":
    main()
