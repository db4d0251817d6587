//! The pages of the product: view models that hold what they print, already decided.
//!
//! A handler fills a struct and renders it (`page.render()?`); nothing here asks a store or a
//! clock. Amounts are [`fapiao_domain::money::Fen`], instants are [`parts::When`] made by
//! [`shell::Shell::when`], states are [`parts::Badge`] made by the shell's methods of that name.
//!
//! Every form sends `csrf`. Addresses the pages link or post to:
//!
//! | page | reads | posts |
//! |---|---|---|
//! | sign-in | `/admin/sign-in?next=` | the same; sign-out is `POST /admin/sign-out` |
//! | switches | `GET /preferences?theme=&back=` | `/admin/language` (`lang`, `back`), `/admin/store` (`store`, `back`) |
//! | orders | `/admin/orders?q=&state=&store=&from=&to=&after=&trail=` | |
//! | new order | `/admin/orders/new` | `/admin/orders` (`do=add_line` comes back with one more line) |
//! | order | `/admin/orders/{id}` | `…/deliveries` (`channel`) |
//! | deliveries | `/admin/deliveries?state=&channel=&ends=&after=` | |
//! | fiscal bills | `/admin/bills?q=&unit=&state=&void=&after=`, `…/new` | `/admin/bills` (multipart, `do=add_item` comes back with one more line) |
//! | fiscal bill | `/admin/bills/{id}`, `…/file.pdf` | `…/file` (multipart), `…/deliveries` (`source`), `…/refusal`, `…/outcome`, `…/void`, `…/retry` |
//! | collecting unit | `/admin/fiscal-units/{id}`, `…/logo` | the same, `…/logo` (multipart), `…/template` (`finding`, `card_id`) |
//! | delivery | `/admin/deliveries/{id}` | `…/refusal` (`reason`), `…/title`, `…/card-code` (`code`) |
//! | invoice | `/admin/invoices/{id}`, `…/file.pdf`, `…/file.xml` | given by its actions |
//! | jobs | `/admin/jobs?tab=` | `/admin/jobs/{id}/retry`, `…/giving-up` (`reason`), `/admin/jobs/retry-all` |
//! | set-up | `/admin/{sellers,stores,products,accounts,staff,keys}`, `…/new`, `…/{id}` | the list's or the thing's own address |
//! | check-list | `/admin/onboarding` | |
//! | stock | `/admin/stock?seller=` | `/admin/stock/refill` (`seller`) |
//! | papers, evidence | `/admin/papers`, `/admin/evidence/…` | `/admin/papers` (multipart `file` or `qr`) |
//! | reports | `/admin/reports/{ledger,vat,reconciliation}?month=&seller=`, `….xlsx`, `….csv` | |
//! | ledger | `/admin/ledger` | `/admin/ledger/check` |
//! | comparison with WeChat | `/admin/reconciliation?run=` | `/admin/reconciliation`, `…/{run}/fix` (`subject`, `kind`) |
//! | pushes, audit | `/admin/inbox?tab=`, `/admin/inbox/{id}?replay=1`, `/admin/audit` | `/admin/inbox/{id}/handling`, `/admin/accounts/{id}/self-test` |
//! | import | `/admin/import` | `/admin/import` (multipart `file`, `store`), `/admin/import/orders` (`content`, `do=import\|bad_rows`) |
//! | buyer | `/o/{code}` | nothing: its button is a link |
//! | payer of a fiscal bill | `/b/{code}` | nothing, likewise |

pub mod accounts;
pub mod audit;
pub mod bill_payer;
pub mod bills;
pub mod books;
pub mod buyer;
pub mod buyer_form;
pub mod cards;
pub mod closing;
pub mod credentials;
pub mod deliveries;
pub mod fault;
pub mod field;
pub mod findings;
pub mod fiscal_units;
pub mod gateways;
pub mod home;
pub mod icon;
pub mod import;
pub mod inbox;
pub mod invoices;
pub mod jobs;
pub mod kept;
pub mod keys;
pub mod ledger;
pub mod lines;
pub mod mail;
pub mod onboarding;
pub mod orders;
pub mod papers;
pub mod parts;
pub mod payments;
pub mod products;
pub mod pushes;
pub(crate) mod qr;
pub mod reconciliation;
pub mod red;
pub mod red_correct;
pub mod red_forms;
pub mod reports;
pub mod rounding;
pub mod sellers;
pub mod shell;
pub mod sign_in;
pub mod signing;
pub mod staff;
pub mod stock;
pub mod stores;
pub mod tax_codes;
pub mod tax_side;
pub mod unified;
