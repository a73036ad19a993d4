"""The pages of the app, one module each, with what only that page needs beside it."""
