//! What works behind the gateways: queues, buckets, schedules, and the functions that they call.

use std::sync::Arc;

use anyhow::Result;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::background::Background;
use crate::console::Console;
use crate::faults::Faults;
use crate::folder::Folder;
use crate::iam::Gate;
use crate::lambda::{Callers, Functions};
use crate::net;
use crate::s3::{self, Buckets};
use crate::schedules::Schedules;
use crate::sqs::{self, Queues};
use crate::template::Template;

pub(crate) struct Services {
    pub(crate) queues: Arc<Queues>,
    pub(crate) buckets: Arc<Buckets>,
    pub(crate) background: Arc<Background>,
    pub(crate) schedules: Arc<Schedules>,
    region: String,
}

/// Those whom every endpoint asks about its callers.
pub(crate) struct Guards {
    pub(crate) callers: Arc<Callers>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) faults: Arc<Faults>,
}

impl Services {
    /// Opens what the data folder keeps of them.
    ///
    /// # Errors
    /// A message that names the file or the folder that cannot be used.
    pub(crate) fn open(template: &mut Template, folder: &Folder, console: &Console) -> Result<Self> {
        let queues = Queues::open(std::mem::take(&mut template.queues), &folder.file("queues"), console)?;
        let buckets = Buckets::open(std::mem::take(&mut template.buckets), &folder.file("s3"), console)?;
        let background = Background::open(&template.functions, &folder.file("events"), &queues, console)?;
        let background = Arc::new(background);
        let schedules = std::mem::take(&mut template.schedules);
        let schedules = Schedules::new(schedules, template.region.clone(), Arc::clone(&background), console.clone());
        Ok(Self {
            queues: Arc::new(queues),
            buckets: Arc::new(buckets),
            background,
            schedules: Arc::new(schedules),
            region: template.region.clone(),
        })
    }

    /// Starts the endpoint of the queues, and gives its address.
    ///
    /// # Errors
    /// A message if no port is free.
    pub(crate) async fn serve_queues(&self, guards: Guards) -> Result<String> {
        let listener = net::bind(0).await?;
        let address = listener.local_addr()?.to_string();
        let Guards { callers, gate, faults } = guards;
        let (queues, region) = (Arc::clone(&self.queues), self.region.clone());
        let endpoint = Arc::new(sqs::Endpoint { queues, region, callers, gate, faults });
        tokio::spawn(net::serve(listener, move |request, _| Arc::clone(&endpoint).handle(request)));
        Ok(address)
    }

    /// Starts the endpoint of the buckets.
    pub(crate) fn serve_buckets(&self, listener: TcpListener, guards: Guards) {
        let Guards { callers, gate, faults } = guards;
        let around = s3::Surroundings {
            region: self.region.clone(),
            callers,
            gate,
            faults,
            background: Arc::clone(&self.background),
            queues: Arc::clone(&self.queues),
        };
        let endpoint = Arc::new(s3::Endpoint::new(Arc::clone(&self.buckets), around));
        tokio::spawn(net::serve(listener, move |request, _| Arc::clone(&endpoint).handle(request)));
    }

    /// Starts to call functions, and to delete what expires. The handle ends the latter.
    pub(crate) fn start(&self, functions: &Arc<Functions>) -> AbortHandle {
        self.queues.start(functions, &self.region);
        self.background.start(functions);
        self.schedules.start();
        tokio::spawn(Arc::clone(&self.buckets).sweep_by_the_clock()).abort_handle()
    }

    /// Calls functions no more. The calls that are under way come to their end.
    pub(crate) fn stop(&self) {
        self.schedules.stop();
        self.background.stop();
        self.queues.stop();
    }
}
