"""Things of other pictures set into this one as if they had been there: size, light, shadow, grain and edges."""
