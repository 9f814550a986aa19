"""Identity against the database: which records are concerned, what they are to each other, whose id they take."""
