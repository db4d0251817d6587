use crate::debug::debug_only;
use crate::error::Error;

/// What makes an invoice the one it is (发票代码/发票号码).
#[derive(Clone, PartialEq, Eq)]
pub enum InvoiceIdentity {
    /// Fully digital (数电票): one number of 20 digits.
    Digital {
        /// 发票号码, 20 digits.
        number: String,
    },
    /// Classic electronic invoice (电子普通发票).
    Classic {
        /// 发票代码, 10 or 12 digits.
        code: String,
        /// 发票号码, 8 digits.
        number: String,
        /// 校验码, 20 digits (some show the last 6 only).
        check_code: String,
    },
}

impl std::fmt::Debug for InvoiceIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            InvoiceIdentity::Digital { number } => {
                f.debug_struct("Digital").field("number", number).finish()
            }
            // The check code proves possession of the paper.
            InvoiceIdentity::Classic { code, number, .. } => f
                .debug_struct("Classic")
                .field("code", code)
                .field("number", number)
                .finish_non_exhaustive(),
        }
    }
}

/// How an identity fills WeChat's `billing_no`, `billing_code` and `check_code`.
///
/// WeChat's pages contradict each other on this. The default is what traffic and WeChat's staff
/// confirm; prove it with one real invoice of each kind before relying on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityMapping {
    /// For [`InvoiceIdentity::Classic`].
    pub classic: ClassicMapping,
    /// For [`InvoiceIdentity::Digital`].
    pub digital: DigitalMapping,
}

/// Where code and number of a classic invoice go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassicMapping {
    /// `billing_no` = code, `billing_code` = number: the older table, and the traffic.
    #[default]
    CodeInBillingNo,
    /// `billing_no` = number, `billing_code` = code: the newer table, and the plain names.
    NumberInBillingNo,
}

/// How the members that digital invoices do not have are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigitalMapping {
    /// `billing_code` and `check_code` as empty texts.
    #[default]
    EmptyTexts,
    /// Left out.
    LeftOut,
}

/// The three members as they go out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BillingMembers<'a> {
    pub(crate) billing_no: &'a str,
    pub(crate) billing_code: Option<&'a str>,
    pub(crate) check_code: Option<&'a str>,
}

debug_only!(BillingMembers<'_> { billing_no });

impl IdentityMapping {
    pub(crate) fn members<'a>(&self, identity: &'a InvoiceIdentity) -> BillingMembers<'a> {
        match identity {
            InvoiceIdentity::Digital { number } => {
                let nothing = (self.digital == DigitalMapping::EmptyTexts).then_some("");
                BillingMembers {
                    billing_no: number,
                    billing_code: nothing,
                    check_code: nothing,
                }
            }
            InvoiceIdentity::Classic {
                code,
                number,
                check_code,
            } => {
                let (no, other) = match self.classic {
                    ClassicMapping::CodeInBillingNo => (code, number),
                    ClassicMapping::NumberInBillingNo => (number, code),
                };
                let check_code = Some(check_code.as_str());
                BillingMembers {
                    billing_no: no,
                    billing_code: Some(other),
                    check_code,
                }
            }
        }
    }
}

impl InvoiceIdentity {
    /// Lengths as WeChat checks them (72043); a wrong one would cost the attempt.
    pub(crate) fn check(&self, call: &'static str) -> Result<(), Error> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            InvoiceIdentity::Digital { number } if number.len() != 20 || !digits(number) => Err(
                Error::invalid(call, "number", "of a digital invoice must have 20 digits"),
            ),
            InvoiceIdentity::Classic { code, .. }
                if !matches!(code.len(), 10 | 12) || !digits(code) =>
            {
                Err(Error::invalid(call, "code", "must have 10 or 12 digits"))
            }
            InvoiceIdentity::Classic { number, .. } if number.len() != 8 || !digits(number) => Err(
                Error::invalid(call, "number", "of a classic invoice must have 8 digits"),
            ),
            InvoiceIdentity::Classic { check_code, .. }
                if check_code.is_empty() || !digits(check_code) =>
            {
                Err(Error::invalid(
                    call,
                    "check_code",
                    "of a classic invoice must be digits",
                ))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classic() -> InvoiceIdentity {
        let text = str::to_owned;
        InvoiceIdentity::Classic {
            code: text("044000000001"),
            number: text("10000001"),
            check_code: text("00000000000000000001"),
        }
    }

    #[test]
    fn classic_code_and_number_go_either_way() {
        let identity = classic();
        let traffic = IdentityMapping::default().members(&identity);
        assert_eq!(
            (traffic.billing_no, traffic.billing_code),
            ("044000000001", Some("10000001"))
        );
        let newer = ClassicMapping::NumberInBillingNo;
        let newer = IdentityMapping {
            classic: newer,
            ..IdentityMapping::default()
        };
        let newer = newer.members(&identity);
        assert_eq!(
            (newer.billing_no, newer.billing_code),
            ("10000001", Some("044000000001"))
        );
        assert_eq!(newer.check_code, Some("00000000000000000001"));
    }

    #[test]
    fn digital_invoices_have_empty_or_no_code() {
        let identity = InvoiceIdentity::Digital {
            number: "26442000000000000001".into(),
        };
        let empty = IdentityMapping::default().members(&identity);
        assert_eq!((empty.billing_code, empty.check_code), (Some(""), Some("")));
        let left_out = DigitalMapping::LeftOut;
        let left_out = IdentityMapping {
            digital: left_out,
            ..IdentityMapping::default()
        };
        let left_out = left_out.members(&identity);
        assert_eq!((left_out.billing_code, left_out.check_code), (None, None));
        assert_eq!(left_out.billing_no, "26442000000000000001");
    }

    #[test]
    fn wrong_lengths_are_caught_before_sending() {
        let short = InvoiceIdentity::Digital {
            number: "2644200000000000001".into(),
        };
        assert!(matches!(
            short.check("x"),
            Err(Error::Invalid {
                field: "number",
                ..
            })
        ));
        let full_width = InvoiceIdentity::Digital {
            number: "２６４４２0".into(),
        };
        assert!(full_width.check("x").is_err());
        assert!(classic().check("x").is_ok());
    }
}
