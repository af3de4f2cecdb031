"""Looking at what an edit did: measured findings, a verdict, and what to try differently when it is poor."""
