import "htmx.org/dist/htmx.esm.js";
import { startCall } from "./call";
import { startDialogs } from "./dialog";
import { startDrafts } from "./draft";
import { startDraftList } from "./drafts";
import { startKeys } from "./keys";
import { startLeases } from "./lease";
import { startNews } from "./sse";
import { startOffline } from "./offline";
import { startOutbox } from "./outbox";
import { startPage } from "./page";
import { startSearch } from "./search";
import { startTimers } from "./timer";
import { startUploads } from "./upload";

// Loaded with `defer`: the page is there. What the words on it are, is the page's own business.
startPage();
startDialogs();
startSearch();
startUploads();
startTimers();
startCall();
startDrafts();
startDraftList();
startLeases();
startKeys();
startNews();
startOffline();
void startOutbox().catch(() => undefined);
