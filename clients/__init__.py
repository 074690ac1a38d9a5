"""Relying parties: Karirhub and Skillhub, two services that rely on the account service.

They are other people's programs: they know its address, their own registration and OpenID Connect, nothing else of it.
`relying_party` signs in and out, `market` holds the sample labour market, `karirhub` and `skillhub` are the two services.
"""
