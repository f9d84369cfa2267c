"""What a daemon answers, and how it runs: files and copies to answers, answers to sockets, workers, logs, figures."""
