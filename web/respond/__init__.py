"""What respondents see: /s/KEY for whoever has the link, /i/TOKEN for whoever was invited, /k/KEY at a kiosk."""
