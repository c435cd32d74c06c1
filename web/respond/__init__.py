"""What respondents see: /s/KEY for whoever has the link, /i/TOKEN for who was invited, /k/KEY at a kiosk."""
