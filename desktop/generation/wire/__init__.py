"""What every service that is asked over HTTP has in common: where its key may go, an end to its
answers, and the words for what keeps one from coming."""
