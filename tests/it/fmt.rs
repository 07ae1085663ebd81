//! `fmt` through the binary; what the layout is, is tested beside its code and in `fmt_oracle`.
