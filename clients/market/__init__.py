"""The sample labour market: skills, places and vacancies, and a citizen as seen from there.

Plain data and plain Python: it knows claims, but neither HTTP nor sign-in.
"""
